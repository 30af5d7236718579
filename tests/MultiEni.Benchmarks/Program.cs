using MultiEni.Benchmarks;

var benchmarks = new Dictionary<string, (string What, Func<IReadOnlyList<string>, Task<bool>> Run)>
{
    ["controller"] = ("what the published controller costs by itself, in real time [NODES…]", ControllerBenchmark.RunAsync),
    ["convergence"] = (
        "time until a fleet has its ENIs against the bound of EC2's quotas, on virtual time [NODES…]",
        Always(ConvergenceBenchmark.RunAsync)
    ),
    ["manager"] = (
        "the ENI manager: from a device to its publication, binds on a real kernel, cost while idle",
        Always(_ => ManagerBenchmark.RunAsync())
    ),
    ["planner"] = ("planning one NodeENI over many nodes, and how it grows", Always(_ => PlannerBenchmark.RunAsync())),
    ["simulator"] = ("the simulated API server with many objects, and how it grows", Always(_ => SimulatorBenchmark.RunAsync())),
};
if (args is not [var name, .. var rest] || !benchmarks.TryGetValue(name, out var chosen))
{
    Console.Error.WriteLine("usage: ./bench NAME [ARGUMENT…], with NAME one of:");
    foreach (var (known, (what, _)) in benchmarks)
    {
        Console.Error.WriteLine($"  {known, -12} {what}");
    }

    return 2;
}

return await chosen.Run(rest) ? 0 : 1;

// Those that measure without a budget.
static Func<IReadOnlyList<string>, Task<bool>> Always(Func<IReadOnlyList<string>, Task> run) =>
    async arguments =>
    {
        await run(arguments);
        return true;
    };
