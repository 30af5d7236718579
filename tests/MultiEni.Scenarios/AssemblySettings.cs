// Stories mostly wait for one another's clocks; two at a time keep both cores of a small machine
// busy without starving a clock.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
