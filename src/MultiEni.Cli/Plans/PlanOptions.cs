using System.CommandLine;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Plans;

/// <summary>The options of <c>plan</c>.</summary>
internal sealed class PlanOptions
{
    public Option<string[]> Files { get; } =
        new("--filename", "-f")
        {
            Description = "NodeENIs: a file, a folder, or - for the standard input. May be given several times.",
            HelpName = "FILE",
            Required = true,
        };

    public Option<bool> Delete { get; } = new("--delete") { Description = "Show what deleting these NodeENIs would do." };

    public Option<bool> Prune { get; } =
        new("--prune") { Description = "Plan the deletion of NodeENIs that are there and in no file, as a GitOps tool with pruning does." };

    public Option<bool> AgainstCluster { get; } =
        new("--against-cluster")
        {
            Description = "Compare with the cluster of the kubeconfig and with EC2, which are only read. The default without --nodes.",
        };

    public Option<string?> Nodes { get; } =
        new("--nodes")
        {
            Description = "Plan offline for these nodes: the output of `kubectl get nodes -o yaml`. Needs --subnets.",
            HelpName = "FILE",
        };

    public Option<string?> Subnets { get; } =
        new("--subnets") { Description = "The subnets of an offline plan: the output of `aws ec2 describe-subnets`.", HelpName = "FILE" };

    public Option<string[]> Current { get; } =
        new("--current")
        {
            Description = "Offline, NodeENIs as they are now, such as those of the main branch. By default the nodes have no ENI.",
            HelpName = "FILE",
        };

    public Option<string?> Region { get; } =
        new("--region") { Description = "AWS Region. By default AWS_REGION, or the controller's Region.", HelpName = "REGION" };

    public Option<bool> All { get; } = new("--all") { Description = "Show every node, even in large clusters." };

    public Option<string> Format { get; } = OutputFormats.Option(OutputFormats.Text, OutputFormats.Json, OutputFormats.Yaml);

    public void AddTo(Command command)
    {
        command.Add(Files);
        command.Add(Delete);
        command.Add(Prune);
        command.Add(AgainstCluster);
        command.Add(Nodes);
        command.Add(Subnets);
        command.Add(Current);
        command.Add(Region);
        command.Add(All);
        command.Add(Format);
        command.Validators.Add(result =>
        {
            var (nodes, subnets) = (result.GetValue(Nodes), result.GetValue(Subnets));
            if (nodes is null != subnets is null)
            {
                result.AddError("--nodes and --subnets belong together: an offline plan needs both.");
            }

            if (nodes is not null && result.GetValue(AgainstCluster))
            {
                result.AddError("--against-cluster and --nodes exclude each other.");
            }

            if (result.GetValue(Prune) && result.GetValue(Delete))
            {
                result.AddError("--prune and --delete exclude each other.");
            }

            if (nodes is null && result.GetValue(Current) is { Length: > 0 })
            {
                result.AddError("--current is for offline plans, with --nodes and --subnets; otherwise the cluster's NodeENIs are read.");
            }
        });
    }
}
