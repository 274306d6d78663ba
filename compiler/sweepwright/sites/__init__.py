"""What is known of beamlines: dated, sourced records, and which of them an image belongs to.

A look-up, as layers above do it (vectors in frame sw, lengths in mm, centres in corner-based px)::

    sites = load_sites(sites_folder(), user_folder, given_files)      # store: Sites; reads texts
    query = query_of(facts)                                           # query: SiteQuery
    match = match_site(query, sites)                                  # match: SiteMatch
    said = findings(match, asked=..., anomalous=...)                  # findings: [Diagnostic]

- ``SiteMatch``: ``outcome`` (unique, ambiguous, none), ``entry`` and ``record`` where it is unique,
  ``candidates`` (all that fit), ``rejected`` (right serial, with the reason against each).
- ``sites.get(id) -> Entry | None`` takes a record by its id; ``in_use(entry, anomalous=...)`` gives
  what that record says against itself. Wrong files raise ``SiteFileError``, which holds diagnostics.
- ``Entry``: ``record``, ``facility``, ``family`` (model of detector), ``goniostat``, ``sizes_px``.
- ``SiteRecord``: ``rotation_axis`` (``sw``, ``confidence``), ``beam_centre`` (a convention),
  ``two_theta_axis``, ``mounting`` (``fast``, ``slow``), ``polarization``, ``untrusted_px``,
  ``quirks``, ``conflicts``, and ``origin``, what its values say of themselves.
- ``Goniostat.chain``: names and unit vectors from the base to the crystal.
- ``centre_px(record.beam_centre, header_centre(facts))``: the beam centre by the record's convention.

A record says where images were taken. ``Facility`` describes the computers of that place, so none
of it holds at home: its ``run`` and ``path_maps`` are for who names the site as the place of work.
"""
