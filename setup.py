"""What pyproject.toml can't say: a wheel has the dbt project, which lies beside the packages."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PROJECT = ("dbt_project.yml", "dbt_project")


class BuildWithProject(build_py):
    """Puts the dbt project where `orchestration.installation` finds it."""

    def run(self) -> None:
        """Build the packages, then add the project."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "orchestration", "project")
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in PROJECT:
            copy = shutil.copytree if Path(name).is_dir() else shutil.copy2
            copy(name, target / name)


setup(cmdclass={"build_py": BuildWithProject})
