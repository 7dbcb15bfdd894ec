def page(digest):
    return f"{digest}\n"
