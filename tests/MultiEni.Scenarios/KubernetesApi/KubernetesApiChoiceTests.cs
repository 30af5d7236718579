namespace MultiEni.Scenarios.KubernetesApi;

public class KubernetesApiChoiceTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Nothing_asked_for_means_the_simulator(string? folder) =>
        Assert.IsType<KubernetesApiChoice.Simulator>(KubernetesApiChoice.From(_ => folder, _ => true));

    [Fact]
    public void The_simulator_may_be_a_process_of_its_own() =>
        Assert.IsType<KubernetesApiChoice.SimulatorProcess>(KubernetesApiChoice.From(_ => "simulator", _ => false));

    [Fact]
    public void A_folder_with_both_programs_is_used() =>
        Assert.Equal(
            new KubernetesApiChoice.RealServer("/assets"),
            KubernetesApiChoice.From(
                name => name == "KUBEBUILDER_ASSETS" ? "/assets" : null,
                path => path is "/assets/etcd" or "/assets/kube-apiserver"
            )
        );

    [Theory]
    [InlineData("/assets/etcd", "no kube-apiserver in it")]
    [InlineData("/assets/kube-apiserver", "no etcd in it")]
    [InlineData("", "no etcd and no kube-apiserver in it")]
    public void An_incomplete_folder_is_an_error_that_names_what_is_missing(string present, string said)
    {
        var choice = KubernetesApiChoice.From(_ => "/assets", path => path == present);

        var message = Assert.IsType<KubernetesApiChoice.Unusable>(choice).Message;
        Assert.Contains(said, message);
        Assert.Contains("/assets", message);
    }
}
