"""The local page: a private web server on this machine alone, and the interface that editors and extensions use.

Nothing is imported here, so that ``riskcheck --help`` pays for no web framework.
"""
