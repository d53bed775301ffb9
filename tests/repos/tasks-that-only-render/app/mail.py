def mail():
    return 7
