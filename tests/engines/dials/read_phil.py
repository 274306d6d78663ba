"""Reads PHIL files as the installed DIALS does; run by DIALS's own python, not by ours.

Usage: ``python read_phil.py PROGRAM=FILE ...``; prints JSON: for each file the names that the program
does not know, and the values that it gets, by full name.
"""

import importlib
import json
import sys

from iotbx import phil

MODULES = {"import": "dials_import"}


def scope(program):
    """The master parameters of a program."""
    module = importlib.import_module("dials.command_line." + MODULES.get(program, program))
    return getattr(module, "working_phil", module.phil_scope)


def value(definition):
    """The text of a value as DIALS would print it."""
    return definition.as_str().partition("=")[2].strip()


def main(arguments):
    found = {}
    for argument in arguments:
        program, _, path = argument.partition("=")
        source = phil.parse(file_name=path)
        working, unknown = scope(program).fetch(source=source, track_unused_definitions=True)
        working.extract()  # raises where a value is not of its type
        given = {item.path for item in source.all_definitions()}
        found[path] = {
            "unknown": [str(item) for item in unknown],
            "values": [
                (item.path, value(item.object))
                for item in working.all_definitions()
                if item.path in given
            ],
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
