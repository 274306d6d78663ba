"""ComposedJob + facts -> ResolvedJob: engine defaults, headers and machine below what people wrote."""
