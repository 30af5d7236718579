using System.Text.RegularExpressions;

namespace MultiEni.Controller.Tests;

/// <summary>
/// Decisions stay decisions: no I/O, no clock of their own, no client, nothing asynchronous.
/// </summary>
public sealed partial class PurityTests
{
    public static TheoryData<string> PureSources { get; } =
        new()
        {
            "src/MultiEni.Controller/Planning/*.cs",
            "src/MultiEni.Controller/Summary/*.cs",
            "src/MultiEni.Controller/PodAddresses/*.cs",
            "src/MultiEni.Controller/Leaks/LeakDecision.cs",
            "src/MultiEni.Controller/Attachments/EniDecision.cs",
            "src/MultiEni.Controller/Attachments/EniStep.cs",
            "src/MultiEni.Controller/Attachments/Concurrency/*.cs",
            "src/MultiEni.Controller/Attachments/AttachmentReport.cs",
            "src/MultiEni.Controller/Attachments/SlotTags.cs",
            "src/MultiEni.Controller/Ec2/Failures/FailureMessage.cs",
            "src/MultiEni.Controller/Attachments/FailureReport.cs",
            "src/MultiEni.Controller/Attachments/CleanupDelay.cs",
            "src/MultiEni.Controller/Attachments/StatusWriteDelay.cs",
            "src/MultiEni.Controller/Attachments/WaitClaim.cs",
            "src/MultiEni.Controller/Attachments/DeviceEvents.cs",
            "src/MultiEni.Controller/StartupTaint/TaintDecision.cs",
            "src/MultiEni.Controller/RegionFinder.cs",
            "src/MultiEni.Controller/Multus/NetworkDefinitions.cs",
            "src/MultiEni.Controller/Whereabouts/*.cs",
            "src/MultiEni.Controller/DeviceClasses/ResourceClass.cs",
            "src/MultiEni.Controller/GeneratedObjects/OfferedResource.cs",
            "src/MultiEni.Manager/Steps/*.cs",
            "src/MultiEni.Manager/Safety/SafetyRules.cs",
            "src/MultiEni.Manager/Publishing/DevicePluginFile.cs",
            "src/MultiEni.Manager/Publishing/PluginEntry.cs",
            "src/MultiEni.Manager/Publishing/Embedded/ContainerGrants.cs",
            "src/MultiEni.Manager/Publishing/Embedded/EmbeddedOffer.cs",
            "src/MultiEni.Manager/Kubelet/DevicePlugins/Preference.cs",
            "src/MultiEni.Manager/Kubelet/Dra/DraMessages.cs",
            "src/MultiEni.Manager/Claims/Slices/ClaimableDevice.cs",
            "src/MultiEni.Manager/Claims/Slices/SliceBuilder.cs",
            "src/MultiEni.Manager/Claims/Slices/SliceDecision.cs",
            "src/MultiEni.Manager/Claims/Preparation/ClaimConfigReader.cs",
            "src/MultiEni.Manager/Claims/Preparation/PreparedClaim.cs",
            "src/MultiEni.Manager/Claims/Preparation/PrepareDecision.cs",
            "src/MultiEni.Manager/Claims/Preparation/CdiSpecs.cs",
            "src/MultiEni.Manager/Claims/Preparation/DeviceMetadata.cs",
        };

    [Theory]
    [MemberData(nameof(PureSources))]
    public void A_decision_touches_nothing_outside(string pattern)
    {
        var files = Directory.GetFiles(Repository.PathOf(Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern));
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var impure = Impure().Match(File.ReadAllText(file));
            Assert.False(impure.Success, $"{Path.GetFileName(file)} uses {impure.Value}");
        }
    }

    [Theory]
    [InlineData("await File.ReadAllTextAsync(path)", true)]
    [InlineData("time.GetUtcNow()", true)]
    [InlineData("new HttpClient()", true)]
    [InlineData("Random.Shared.Next()", true)]
    [InlineData("attachment.Metadata.IsBeingDeleted", false)]
    public void The_search_finds_what_it_should(string code, bool impure) => Assert.Equal(impure, Impure().IsMatch(code));

    [GeneratedRegex(
        @"\bawait\b|\bFile\.|\bDirectory\.|\bTimeProvider\b|GetUtcNow|\bHttpClient\b|\bEc2Client\b|\bKubernetesClient\b|\bILogger\b|\bRandom\b|\bEnvironment\.|\bProcess\.",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Impure();
}
