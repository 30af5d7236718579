namespace MultiEni.Simulator.Ec2.State;

/// <summary>How states are written on the wire (docs/reference/ec2.md#states).</summary>
internal static class WireNames
{
    public static string Of(NetworkInterfaceStatus status) =>
        status switch
        {
            NetworkInterfaceStatus.Pending => "pending",
            NetworkInterfaceStatus.Available => "available",
            _ => "in-use",
        };

    public static string Of(AttachmentStatus status) =>
        status switch
        {
            AttachmentStatus.Attaching => "attaching",
            AttachmentStatus.Attached => "attached",
            _ => "detaching",
        };

    public static string Of(InstanceState state) =>
        state switch
        {
            InstanceState.Pending => "pending",
            InstanceState.Running => "running",
            InstanceState.ShuttingDown => "shutting-down",
            InstanceState.Terminated => "terminated",
            InstanceState.Stopping => "stopping",
            _ => "stopped",
        };

    public static string Of(bool flag) => flag ? "true" : "false";

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
}
