namespace MultiEni.Cli.Sweep;

/// <summary>What a sweep found and did, for programs.</summary>
/// <param name="Cluster">Name by which the cluster's ENIs are told.</param>
/// <param name="Region">Region that was looked at.</param>
/// <param name="Leaked">ENIs that nobody wants.</param>
/// <param name="StillAttached">ENIs that nobody wants and an instance still has.</param>
/// <param name="Deleted">Those that were deleted.</param>
internal sealed record SweepReport(
    string Cluster,
    string Region,
    IReadOnlyList<SweptEni> Leaked,
    IReadOnlyList<SweptEni> StillAttached,
    IReadOnlyList<string> Deleted
);
