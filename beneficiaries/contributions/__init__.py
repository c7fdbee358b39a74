"""What the registry itself puts on other pages: a person's, a case's, an organization's, «Hoy»."""
