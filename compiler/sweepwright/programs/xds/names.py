"""Names of files that XDS can read."""

import re

#: longest names that XDS takes, and that old builds took (XDSCONV: Input Parameters; fast_dp)
LONGEST_PATH, LONG_PATH = 256, 132
#: what is no part of a name: XDS ends it at a blank, and takes what is behind ! for a comment
STRANGE = re.compile(r"[^A-Za-z0-9_./+,@%~-]")
