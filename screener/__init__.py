"""A call-screening phone assistant for people in debt."""
