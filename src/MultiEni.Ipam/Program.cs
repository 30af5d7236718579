using MultiEni.Ipam;
using MultiEni.Ipam.Cni;

if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(CniVariables.Command)))
{
    using var errors = Console.OpenStandardError();
    errors.Write(BuildVersion.Marker);
    errors.Write("\nA CNI IPAM plugin: container runtimes start it, with CNI_COMMAND. See docs/addresses.md.\n"u8);
}

using var input = Console.OpenStandardInput();
var outcome = new Plugin(Environment.GetEnvironmentVariable, TimeProvider.System).Run(input);
if (outcome.Warning is { } warning)
{
    Console.Error.WriteLine(warning);
}

using var output = Console.OpenStandardOutput();
output.Write(outcome.Output.Span);
return outcome.ExitCode;
