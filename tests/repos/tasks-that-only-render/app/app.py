def app():
    return 0
