def settings():
    return 4
