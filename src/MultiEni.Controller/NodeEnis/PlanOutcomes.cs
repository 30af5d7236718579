using System.Collections.Concurrent;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.NodeEnis;

/// <summary>What the last plan of each NodeENI found; planning leaves it for the summary.</summary>
internal sealed class PlanOutcomes(Action<string> onChange)
{
    private readonly ConcurrentDictionary<string, PlanOutcome> byName = new();

    public PlanOutcome? Find(string name) => byName.GetValueOrDefault(name);

    public void Remember(string name, PlanOutcome outcome)
    {
        byName[name] = outcome;
        onChange(name);
    }

    public void Forget(string name) => byName.TryRemove(name, out _);
}
