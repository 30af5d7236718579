namespace MultiEni.Controller.Ec2;

/// <summary>One instance as EC2 describes it.</summary>
/// <param name="InstanceId">`i-…`.</param>
/// <param name="State">`pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`.</param>
/// <param name="Type">Instance type.</param>
/// <param name="Zone">Availability zone.</param>
/// <param name="MetadataHopLimit">Through how many hops its metadata service is reached; null when EC2 does not say.</param>
internal sealed record InstanceRow(string InstanceId, string State, string Type, string Zone, int? MetadataHopLimit = null);
