"""The demo collection: pictures, studios, titles and collectors, all made by this code."""
