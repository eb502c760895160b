"""The commands of `qa`, a module for each kind: the options they take and what they do with them.

Each module's `add` is called by `qa.cli` and adds its commands to the parser.
"""
