namespace MultiEni.Cli.Cluster;

/// <summary>The part of a pod's specification that is read.</summary>
internal sealed record WorkloadPodSpec
{
    /// <summary>The node that the pod runs on.</summary>
    public string? NodeName { get; set; }

    /// <summary>Its containers.</summary>
    public List<WorkloadContainer>? Containers { get; set; }

    /// <summary>Its volumes.</summary>
    public List<Volume>? Volumes { get; set; }

    /// <summary>A volume.</summary>
    internal sealed record Volume
    {
        /// <summary>Its name.</summary>
        public string Name { get; set; } = "";

        /// <summary>A folder or file of the host, if it is that.</summary>
        public HostFolder? HostPath { get; set; }
    }

    /// <summary>Where on the host.</summary>
    internal sealed record HostFolder
    {
        /// <summary>The path.</summary>
        public string Path { get; set; } = "";
    }
}
