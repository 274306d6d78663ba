JUDGES = {}
