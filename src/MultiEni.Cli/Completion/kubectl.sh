#!/bin/sh
# Lets kubectl complete `kubectl eni ...`: kubectl runs this program, named kubectl_complete-eni, from the PATH.
exec kubectl-eni __complete "$@"
