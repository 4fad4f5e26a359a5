"""Reading a post as text: tokens, normal forms, sentences, cues and language.

Pure functions on strings, without spaCy: the spaCy components of :mod:`riskcheck.pipeline` and the fast
scorer call the same ones, so that there is one truth about what a post says.
"""
