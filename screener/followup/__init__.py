"""After hang-up, in order: understand, advise, text; and apart from it: fetch, hash, keep."""
