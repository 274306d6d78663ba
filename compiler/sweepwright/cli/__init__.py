"""The command line: one module a command group, no logic of its own.

What makes the command start faster stands here, before anything heavy is imported.
"""

import gc
import sys
from types import ModuleType

# modules are made to stay: collecting garbage while they load costs a tenth of the start
gc.disable()
# pydantic's search for plug-ins imports importlib.metadata and half of `email`, a twentieth of the
# start; nobody wants plug-ins here. Should the module move one day, this does nothing
_no_plugins = ModuleType("pydantic.plugin._loader")
_no_plugins.get_plugins = tuple  # type: ignore[attr-defined]
sys.modules.setdefault(_no_plugins.__name__, _no_plugins)
