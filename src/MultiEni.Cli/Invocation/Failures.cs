using System.Net.Sockets;
using MultiEni.Api;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Invocation;

/// <summary>Turns what can go wrong around a command into what a user can use.</summary>
internal static class Failures
{
    /// <summary>The failure in words, or null for a bug, which shall be seen with its stack trace.</summary>
    public static CommandFailedException? Explain(Exception exception) =>
        exception switch
        {
            CommandFailedException failed => failed,
            KubernetesConfigException config => new(
                config.Message,
                "Name a cluster with --kubeconfig or KUBECONFIG. Without a cluster, `kubectl eni demo` shows everything on a simulated one.",
                ExitCodes.Unknown
            ),
            KubernetesApiException { StatusCode: 401 } refused => new(
                refused.Message,
                "The API server does not know you: sign in again, for EKS with `aws eks update-kubeconfig --name CLUSTER`.",
                ExitCodes.Unknown
            ),
            KubernetesApiException { IsForbidden: true } refused => new(
                refused.Message,
                "You lack a permission. To look on, the role needs get and list of nodeenis, eniattachments and nodes.",
                ExitCodes.Unknown
            ),
            KubernetesApiException { IsNotFound: true } missing when IsAboutOurKinds(missing) => new(
                $"The cluster does not know the resource {Names.NodeEniPlural}.{Names.Group} or {Names.EniAttachmentPlural}.{Names.Group}.",
                "The product is not installed, or its CRDs are older than this program: install or upgrade the chart; `kubectl eni doctor` says more.",
                ExitCodes.Unknown
            ),
            KubernetesApiException refused => new(refused.Message, null, ExitCodes.Unknown),
            Ec2CallException failed => new(
                $"EC2: {failed.Failure}",
                "Credentials come from the chain of the AWS SDKs: environment, profile, role; a profile of AWS SSO needs `aws sso login` first. "
                    + "`aws sts get-caller-identity` shows whose they are; `eval \"$(aws configure export-credentials --format env)\"` hands on what only the AWS CLI understands.",
                ExitCodes.Unknown
            ),
            HttpRequestException or TimeoutException or SocketException => new(
                $"The API server does not answer: {exception.Message}",
                "Check the address in the kubeconfig and the way there (VPN, proxy, security group): `kubectl get --raw /healthz`.",
                ExitCodes.Unknown
            ),
            _ => null,
        };

    private static bool IsAboutOurKinds(KubernetesApiException missing) =>
        missing.Message.StartsWith($"list {Names.NodeEniPlural}", StringComparison.Ordinal)
        || missing.Message.StartsWith($"list {Names.EniAttachmentPlural}", StringComparison.Ordinal);
}

/// <summary>A command cannot do its work. Message and remedy are shown as they are.</summary>
internal sealed class CommandFailedException(string message, string? remedy, int exitCode) : Exception(message)
{
    /// <summary>What the user can do, or null.</summary>
    public string? Remedy => remedy;

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode => exitCode;
}

/// <summary>What the exit code of a command says; documented, scripts rely on it.</summary>
internal static class ExitCodes
{
    /// <summary>All is well.</summary>
    public const int Fine = 0;

    /// <summary>The command did its work, and something is not as it should be.</summary>
    public const int Trouble = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The command could not find out: no cluster, no permission, no answer.</summary>
    public const int Unknown = 3;

    /// <summary>Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
