from partners.admin import agreements, messages, organisations, people, projects, territory

__all__ = ["agreements", "messages", "organisations", "people", "projects", "territory"]
