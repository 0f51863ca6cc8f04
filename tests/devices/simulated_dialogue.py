"""Instruments whose dialogue pyvisa-sim speaks, each test with its own."""

import shutil
from pathlib import Path
from typing import Any

DIALOGUES = Path(__file__).parent / "dialogues"


class SimulatedDialogue:
    """A copy of a definition, so that nothing that another test told its instruments is remembered here."""

    def __init__(self, folder: Path, name: str) -> None:
        self.backend = f"{shutil.copy(DIALOGUES / f'{name}.yaml', folder / f'{name}.yaml')}@sim"

    def settings(self, host: str, **others: Any) -> dict[str, Any]:
        """What stands in a lab file for the instrument at `host`."""
        end = "5025::SOCKET" if "f4t" in self.backend else "inst0::INSTR"
        return {"resource": f"TCPIP0::{host}::{end}", "backend": self.backend, "timeout_s": 0.2, **others}

    def tell(self, host: str, command: str) -> None:
        """Change what only the simulation knows."""
        self._open(host).write(command)

    def ask(self, host: str, question: str) -> str:
        """What the instrument says of itself."""
        return self._open(host).query(question)

    def _open(self, host: str) -> Any:
        import pyvisa

        resource: Any = pyvisa.ResourceManager(self.backend).open_resource(self.settings(host)["resource"])
        resource.read_termination = resource.write_termination = "\n"
        return resource
