namespace MultiEni.Benchmarks;

/// <summary>What the controller cost with a number of nodes.</summary>
/// <param name="Nodes">The nodes, with one ENI each.</param>
/// <param name="Attached">Until all ENIs were attached.</param>
/// <param name="IdleMegabytes">Resident size before there was an ENI.</param>
/// <param name="PeakMegabytes">The largest resident size.</param>
/// <param name="Up">Requests to the API server while ENIs came.</param>
/// <param name="Down">Requests to the API server while they went.</param>
/// <param name="Ec2Up">EC2 calls for each ENI while they came.</param>
/// <param name="Ec2Down">EC2 calls for each ENI while they went.</param>
internal sealed record ControllerCost(
    int Nodes,
    TimeSpan Attached,
    double IdleMegabytes,
    double PeakMegabytes,
    RequestLedger Up,
    RequestLedger Down,
    Ec2Cost Ec2Up,
    Ec2Cost Ec2Down
);

/// <summary>EC2 calls for one ENI.</summary>
/// <param name="Mutating">Those that change something.</param>
/// <param name="Describes">Those that read.</param>
internal readonly record struct Ec2Cost(double Mutating, double Describes);
