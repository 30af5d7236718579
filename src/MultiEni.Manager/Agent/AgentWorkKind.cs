namespace MultiEni.Manager.Agent;

/// <summary>What the agent looks at.</summary>
internal enum AgentWorkKind
{
    /// <summary>An attachment of this node.</summary>
    Attachment,

    /// <summary>A device that was bound or offered for an attachment that no longer exists.</summary>
    Orphan,

    /// <summary>The search for orphans.</summary>
    Sweep,
}
