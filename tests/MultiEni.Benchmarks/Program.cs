using MultiEni.Benchmarks;

var benchmarks = new Dictionary<string, (string What, Func<Task> Run)>
{
    ["manager"] = ("the ENI manager: from a device to its publication, binds on a real kernel, cost while idle", ManagerBenchmark.RunAsync),
    ["planner"] = ("planning one NodeENI over many nodes, and how it grows", PlannerBenchmark.RunAsync),
    ["simulator"] = ("the simulated API server with many objects, and how it grows", SimulatorBenchmark.RunAsync),
};
if (args is not [var name] || !benchmarks.TryGetValue(name, out var chosen))
{
    Console.Error.WriteLine("usage: ./bench NAME, with NAME one of:");
    foreach (var (known, (what, _)) in benchmarks)
    {
        Console.Error.WriteLine($"  {known, -10} {what}");
    }

    return 2;
}

await chosen.Run();
return 0;
