using MultiEni.Benchmarks;
using MultiEni.Benchmarks.Plots;

var benchmarks = new Dictionary<string, (string What, Func<IReadOnlyList<string>, PlotFolder?, Task<bool>> Run)>
{
    ["ipam"] = ("addresses for pods: the published ENI manager and CNI plugin with 100 pods at once", WithoutPlots(_ => IpamBenchmark.RunAsync())),
    ["claims"] = ("the published ENI manager as a DRA driver: how long a claim takes, and memory", WithoutPlots(_ => ClaimBenchmark.RunAsync())),
    ["controller"] = ("what the published controller costs by itself, in real time [NODES…] [--plot FOLDER]", ControllerBenchmark.RunAsync),
    ["convergence"] = (
        "time until a fleet has its ENIs against the bound of EC2's quotas, on virtual time [NODES…] [--plot FOLDER]",
        async (rest, plots) =>
        {
            await ConvergenceBenchmark.RunAsync(rest, plots);
            return true;
        }
    ),
    ["manager"] = (
        "the ENI manager: from a device to its publication, binds on a real kernel, cost while idle",
        WithoutPlots(_ => ManagerBenchmark.RunAsync())
    ),
    ["planner"] = ("planning one NodeENI over many nodes, and how it grows", WithoutPlots(_ => PlannerBenchmark.RunAsync())),
    ["simulator"] = ("the simulated API server with many objects, and how it grows", WithoutPlots(_ => SimulatorBenchmark.RunAsync())),
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

try
{
    var (plots, others) = PlotFolder.Read(rest);
    return await chosen.Run(others, plots) ? 0 : 1;
}
catch (FormatException misuse)
{
    Console.Error.WriteLine($"bench: {misuse.Message}");
    return 2;
}

// Those that measure without a budget, and whose results are a few numbers.
static Func<IReadOnlyList<string>, PlotFolder?, Task<bool>> WithoutPlots(Func<IReadOnlyList<string>, Task> run) =>
    async (arguments, plots) =>
    {
        if (plots is not null)
        {
            throw new FormatException("this benchmark draws no figure; convergence and controller do");
        }

        await run(arguments);
        return true;
    };
