"""How the field matrix is written: a line a door."""

from dataclasses import dataclass

from tests.portal.matrix import may


@dataclass(frozen=True)
class Fields:
    read: str
    write: str
    said: str

    @property
    def fields(self) -> list[str]:
        return self.said.replace("*", "").replace("-", "").split()

    def shown_to(self, role: str) -> list[str]:
        return self.fields if may(self.read, role, "own") else []

    def written_by(self, role: str) -> list[str]:
        may_write = self.write != "-" and may(self.write, role, "own")
        return [name[:-1] for name in self.said.split() if name.endswith("*")] if may_write else []


def table(text: str) -> dict[str, Fields]:
    lines = text.replace("\n        | ", " ").strip().splitlines()
    cells = [[cell.strip() for cell in line.rsplit(" | ", 3)] for line in lines]
    return {name: Fields(read, write, said) for name, read, write, said in cells}
