def views():
    return 2
