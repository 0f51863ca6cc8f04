"""Entities of an RO-Crate's graph, and the references between them."""

from typing import Any

from ledger.archive.terms import Term

Entity = dict[str, Any]
Terms = dict[str, Term]
"""Terms that were referred to, by their IRI: each is described once."""


def several(ids: list[str]) -> Entity | list[Entity]:
    """References to entities: one as it is, more as a list."""
    references = [{"@id": name} for name in ids]
    return references[0] if len(references) == 1 else references


def reference(term: Term, terms: Terms) -> Entity:
    """A reference to a term, which is noted among those that are to be described."""
    terms[term.iri] = term
    return {"@id": term.iri}


def described(term: Term) -> Entity:
    """A term as an entity."""
    return {"@id": term.iri, "@type": "DefinedTerm", "name": term.name, "inDefinedTermSet": term.vocabulary}
