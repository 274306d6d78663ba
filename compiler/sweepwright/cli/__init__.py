"""The command line: one module a command group, no logic of its own.

What makes the command start faster stands here, before anything heavy is imported.
"""

import gc
import os

# modules are made to stay: collecting garbage while they load costs a tenth of the start
gc.disable()
# looking for plug-ins of pydantic imports importlib.metadata; nobody wants plug-ins here
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
