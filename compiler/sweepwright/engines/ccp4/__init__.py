"""Steps of CCP4 programs: POINTLESS, AIMLESS, CTRUNCATE, for data that XDS integrated.

Each reads its keywords on standard input (CTRUNCATE its arguments), and each attempt's folder has a
script that runs it by hand.
"""
