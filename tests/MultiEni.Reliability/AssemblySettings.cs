// One test at a time: their common clock moves on when the process is idle, and a test that
// computes would hold up all others.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
