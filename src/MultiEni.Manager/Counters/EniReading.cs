namespace MultiEni.Manager.Counters;

/// <summary>What was read of an ENI.</summary>
/// <param name="Eni">The ENI.</param>
/// <param name="Source">From whom it is.</param>
/// <param name="Pod">The pod that has it, as <c>namespace/name</c>; null if none or several do, or it is unknown.</param>
/// <param name="Samples">The numbers; empty when they cannot be read.</param>
internal sealed record EniReading(CountedEni Eni, string Source, string? Pod, IReadOnlyList<EniSample> Samples)
{
    /// <summary>The kernel and its driver.</summary>
    public const string Kernel = "kernel";

    /// <summary>The DPDK program that has the device.</summary>
    public const string Dpdk = "dpdk";

    private const string NoSource = "none";

    /// <summary>The samples, with the one that tells their source.</summary>
    public IEnumerable<EniSample> All => Samples.Prepend(new EniSample(EniMetric.Source, Samples.Count > 0 ? Source : NoSource, 1));

    /// <summary>The labels of a sample.</summary>
    public KeyValuePair<string, object?>[] Labels(EniSample sample, string node)
    {
        var (space, pod) = Pod?.Split('/', 2) is [var first, var second] ? (first, second) : ("", Pod ?? "");
        KeyValuePair<string, object?>[] labels =
        [
            new("eni", Eni.EniId),
            new("nodeeni", Eni.NodeEni),
            new("subnet", Eni.SubnetId),
            new("node", node),
            // Empty and not absent: a scraper that honours labels would otherwise put its target's
            // pod there, the ENI manager's.
            new("namespace", space),
            new("pod", pod),
        ];
        return sample.Metric.Label is { } label ? [.. labels, new(label, sample.LabelValue)] : labels;
    }
}
