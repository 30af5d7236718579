namespace MultiEni.Cli.Cluster;

/// <summary>The part of a container that is read.</summary>
internal sealed record WorkloadContainer
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its image.</summary>
    public string Image { get; set; } = "";

    /// <summary>Its environment.</summary>
    public List<Variable>? Env { get; set; }

    /// <summary>Its privileges.</summary>
    public Security? SecurityContext { get; set; }

    /// <summary>The value of a variable, or null.</summary>
    public string? Value(string name) => (Env ?? []).Find(variable => variable.Name == name)?.Value;

    /// <summary>The tag of its image, without a digest; null when it has none.</summary>
    public string? Tag()
    {
        var image = Image.Split('@')[0];
        var colon = image.LastIndexOf(':');
        return colon > image.LastIndexOf('/') ? image[(colon + 1)..] : null;
    }

    /// <summary>An environment variable.</summary>
    internal sealed record Variable
    {
        /// <summary>Its name.</summary>
        public string Name { get; set; } = "";

        /// <summary>Its value; absent when it comes from elsewhere.</summary>
        public string? Value { get; set; }
    }

    /// <summary>Privileges.</summary>
    internal sealed record Security
    {
        /// <summary>Whether it may do what root on the host may do.</summary>
        public bool? Privileged { get; set; }
    }
}
