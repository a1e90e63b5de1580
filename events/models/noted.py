"""What somebody who comes has noted of a Convention: when, and where."""

from dataclasses import dataclass

from events.models.convention import Convention


@dataclass(frozen=True)
class Noted:
    """What was told of a Convention, as letters say it: kept in the letter that is owed."""

    when: str
    where: str

    @classmethod
    def of(cls, convention: Convention) -> "Noted":
        return cls(convention.when, ", ".join(filter(None, (convention.place, convention.address))))

    def changes(self, now: "Noted") -> list[str]:
        """A sentence for each thing that is no more as it was noted."""
        told = []
        if now.when != self.when:
            told.append(f"La date : {now.when} (et non plus {self.when}).")
        if now.where != self.where:
            before = f" (et non plus {self.where})" if self.where else ""
            told.append(f"Le lieu : {now.where}{before}." if now.where else f"Le lieu n’est plus {self.where}.")
        return told
