"""How exact this host's client is: a null server, the search for ceilings, errors against the
truth, what is kept of it.
"""
