// The viewer in a frame: takes what its parent shows, then starts as in any page.

document.getElementById("data").textContent = JSON.stringify(parent.shown);
const script = document.createElement("script");
script.src = "viewer.js";
document.body.append(script);
