namespace MultiEni.Manager.Steps;

/// <summary>Condition reasons that only the agent gives.</summary>
public static class ManagerReasons
{
    /// <summary>The administrator switched DPDK off on the node.</summary>
    public const string DpdkDisabled = nameof(DpdkDisabled);
}
