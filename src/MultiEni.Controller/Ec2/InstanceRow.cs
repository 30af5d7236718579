namespace MultiEni.Controller.Ec2;

/// <summary>One instance as EC2 describes it.</summary>
/// <param name="InstanceId">`i-…`.</param>
/// <param name="State">`pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`.</param>
/// <param name="Type">Instance type.</param>
/// <param name="Zone">Availability zone.</param>
public sealed record InstanceRow(string InstanceId, string State, string Type, string Zone);
