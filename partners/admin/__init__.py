from partners.admin import agreements, organisations, people, projects, territory

__all__ = ["agreements", "organisations", "people", "projects", "territory"]
