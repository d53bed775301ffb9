def urls():
    return 5
