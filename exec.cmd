@rem "exec" in package.json replaces the shell by Node, so that signals and exit codes pass through npm run.
@rem The shell of Windows has no such command and needs none: this stands in for it.
@%*
