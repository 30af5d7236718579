namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>Something about a resource.</summary>
public sealed class KubeletResourceEventArgs(string resource) : EventArgs
{
    /// <summary>The resource.</summary>
    public string Resource => resource;
}
