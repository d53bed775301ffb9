def auth():
    return 6
