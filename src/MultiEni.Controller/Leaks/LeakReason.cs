namespace MultiEni.Controller.Leaks;

/// <summary>Why nobody wants an ENI any more.</summary>
internal enum LeakReason
{
    /// <summary>Its NodeENI does not exist.</summary>
    NodeEniGone,

    /// <summary>Its node does not exist.</summary>
    NodeGone,

    /// <summary>Both exist, and no attachment has its slot.</summary>
    SlotUnwanted,
}
