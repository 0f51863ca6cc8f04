"""Which faults may be injected where: the fault file of `ionloop run`, checked against the lab."""

from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from devices.lab_file import LabFile

if TYPE_CHECKING:
    from sim.faults.fault_file import FaultFile


def faults_of_run(path: Path, lab_file: LabFile, *, in_process: bool) -> "FaultFile":
    """The faults that a run injects, into a simulated lab of its own process or into its ledger.

    Raises:
        BadInput: the file cannot be used, or the lab is not one that this process simulates.
    """
    from sim.faults.fault_file import read_faults

    faults = read_faults(path, lab_file)
    if in_process:
        return faults
    if lab_file.simulated is None:
        raise BadInput(
            f"`{lab_file.name}` has real instruments, and faults are injected into a simulated lab only",
            place=str(path),
            remedy="Leave --faults out, or rehearse the campaign on a simulated lab.",
        )
    if faults.of_lab:
        kinds = ", ".join(sorted({fault.name for _, fault in faults.of_lab}))
        raise BadInput(
            f"`{lab_file.name}` is simulated by another process, and that is where its instruments fail ({kinds})",
            place=str(path),
            remedy="Give the file to it, `ionloop lab serve LAB.yaml --faults …`; here a file may hold full_disk and "
            "database_gone, which are faults of this run's ledger.",
        )
    return faults
