"""One reading of the address for every door: ``parse(data)`` gives frozen criteria and what was not understood.

    criteria, problems = projects.parse(request.GET)
    criteria.ordered()          # the rows, in order: pages, exports, feeds
    criteria.by_department()    # the same rows, counted for the map
    facets.of_projects(criteria)

A page shows the problems and goes on; the API refuses them with 400. A door names its own parameters:
``parse(request.GET, doors=("page", "page_size", "format"))``.
"""
